/** A thread that spins until it is terminated. */
for (;;);
