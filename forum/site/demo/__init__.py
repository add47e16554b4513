"""The demonstration community: faces to click, discussions written by hand, and honest filler around them."""
