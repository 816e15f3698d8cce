"""Pages of examinations that other domains show for their own desks: views without addresses."""
