"""Interference in an opinion survey: signals in batch, evidence, and annulments that take two people."""
