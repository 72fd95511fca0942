"""The group Map sheet of the tab Deliver."""
