"""Messages to people: one outbox for mail, SMS and notices inside the product."""
