"""From metrics to statements: intervals, paired differences, non-inferiority, published figures."""
