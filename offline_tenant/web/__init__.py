"""How a request reaches a handler: routes, one transaction a request, counters, faults and latency."""
