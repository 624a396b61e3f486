"""Cutting bytes without understanding them: rows, objects, elements, headed lines."""
