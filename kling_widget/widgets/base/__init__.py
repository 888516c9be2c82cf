"""What all widgets build on: commands with ids, shared JavaScript, the theme."""
