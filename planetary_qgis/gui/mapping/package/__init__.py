"""The group Map package of the tab Deliver."""
