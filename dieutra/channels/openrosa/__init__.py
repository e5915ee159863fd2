"""ODK Collect: forms and lists of units out, submissions in, over the OpenRosa protocol."""
