"""Shots on a time line."""
