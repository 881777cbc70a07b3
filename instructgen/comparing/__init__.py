"""Two runs in; what differs between them out: recipe, samples, what checks rejected, cost."""
