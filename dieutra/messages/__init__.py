"""Messages to people: one outbox for mail and for notices inside the product."""
