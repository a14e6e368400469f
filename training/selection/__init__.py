"""Selection: training the candidates and keeping the best, or searching a recipe's keys."""
