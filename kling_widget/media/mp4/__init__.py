"""Read an MP4 by its boxes without decoding: is it whole, when is each frame shown, what is its story."""
