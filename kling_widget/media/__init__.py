"""What is inside a clip: MP4 boxes, and the process that decodes."""
