"""Campaigns: one survey or census, made from a kind (a folder of data)."""
