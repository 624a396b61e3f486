"""The parts of the OpenAPI document: words in two languages, shapes, answers and examples."""
