"""The working group of a campaign: its members, what each is in charge of, its tasks."""
