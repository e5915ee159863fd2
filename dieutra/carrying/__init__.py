"""Carrying the list of an earlier campaign over to a newer catalogue of areas."""
