"""The engine: expressions, forms, flow, matching and statistics. Knows no Django and no network."""
