"""Publicity of a campaign: news pages that anybody reads, feeds and an embed of them, and the calendar of publicity."""
