"""Imports a community from a file of messages."""
from forum.transfer.community.importing import import_community
from forum.transfer.community.report import Report

__all__ = ["Report", "import_community"]
