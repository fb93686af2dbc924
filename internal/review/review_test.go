package review_test

import (
	"math"
	"testing"

	"guanxi/internal/review"
)

func TestSegments(t *testing.T) {
	const mb = 1 << 20
	for bytes, want := range map[int64]int{0: 1, 1: 1, 64 * mb: 1, 64*mb + 1: 2, 2_000 * mb: 32, 20_000 * mb: 313, math.MaxInt64 / 2: 1_000_000} {
		if got := review.Segments(bytes); got != want {
			t.Errorf("%d bytes: %d segments, want %d", bytes, got, want)
		}
	}
}
