"""Queries for people and programs: one module for each page or question. They page in the database and never judge."""
