// Package review decides who is looked at again tonight, because the passage
// of time alone can change a decision, and how the base is cut for it.
package review

const (
	segmentBytes = 64 << 20
	mostSegments = 1_000_000 // DynamoDB's limit for TotalSegments
)

// Segments is into how many segments a table of so many bytes is cut, one
// message each: small enough that each is read well within a function's time,
// and at least one.
func Segments(bytes int64) int {
	return int(min(max(1, (bytes+segmentBytes-1)/segmentBytes), mostSegments))
}
