"""What DEMs show: slopes, light, contours, colours, on bodies of any size."""
