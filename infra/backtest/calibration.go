package main

import (
	"fmt"
	"math"
)

// deciles are the customers by falling P(buy), with the share who bought.
func (r report) deciles() (lines []line) {
	for i, d := range r.Figures.HoldOut.Deciles {
		low, high := wilson(d.Actual, d.Customers)
		lines = append(lines, line{fmt.Sprint(i + 1), d.Predicted, figure{d.Actual, low, high, d.Customers}})
	}
	return lines
}

// wilson is the 95 % score interval of a share (Wilson 1927).
func wilson(share float64, cases int) (low, high float64) {
	const z = 1.959964
	n := float64(cases)
	centre := (share + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(share*(1-share)/n+z*z/(4*n*n))
	return max(0, centre-half), min(1, centre+half)
}
