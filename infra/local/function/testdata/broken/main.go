// Broken ends before it asks for an event, as a function does whose environment lacks a variable.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "CUSTOMERS_TABLE is missing")
	os.Exit(1)
}
