"""Questions of the people in a campaign, answers that become an FAQ, and security incidents with their log."""
