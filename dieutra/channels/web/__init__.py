"""The web questionnaire: from form and answers to a page, and from a posted page to answers."""
