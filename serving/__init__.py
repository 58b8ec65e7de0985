"""What every process that answers over HTTP does alike. It knows nothing of the lab, and imports nothing of ours."""
