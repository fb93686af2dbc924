package cloud

import (
	"testing"
	"time"
)

// What a night costs: the two firings between which an otherwise idle system settles.
func BenchmarkNight(b *testing.B) {
	for b.Loop() {
		if err := system.Advance(b.Context(), 24*time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSettle(b *testing.B) {
	for b.Loop() {
		if err := system.Settle(b.Context(), time.Minute); err != nil {
			b.Fatal(err)
		}
	}
}
