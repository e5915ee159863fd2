"""People: sign-in, posts at areas, who may do what and who sees what."""
