"""What each person sees first: 我的学习, the public start page, and the frame of all pages.

Knows all domains and is known by none. It decides nothing: it puts side by side what the domains
say, and shows only what the person's permissions open anyway.
"""
