"""What the demonstration is told with: the terminal, the flights, the program, the traffic."""
