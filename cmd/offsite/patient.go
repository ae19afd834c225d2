package main

/*
#include <string.h>
#include <sys/prctl.h>

static const char *const watching[] = {"up", "watch", "replay", "bench"};
static const unsigned long slack = 1000000; // ns

// patient lets the timers of a process that watches cameras be late by a millisecond. While C
// works, as decoder and models do most of the time, Go's monitor wakes each 20 µs to see whether
// it has come back, two hundred times a look; a thread's slack makes that twenty times fewer.
// Threads inherit it from the one that makes them, so it is set before Go makes any; glibc gives
// constructors the arguments of main.
__attribute__((constructor)) static void patient(int argc, char **argv) {
	for (int i = 1; i < argc; i++) {
		for (unsigned k = 0; k < sizeof watching / sizeof *watching; k++) {
			if (strcmp(argv[i], watching[k]) == 0) {
				prctl(PR_SET_TIMERSLACK, slack, 0UL, 0UL, 0UL);
				return;
			}
		}
	}
}
*/
import "C"
