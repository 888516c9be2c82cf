"""What is known of an MP4 by its boxes, decoding nothing: is it whole, when is each frame shown, what is its story."""
