package survey

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Days is a duration of whole days, written as ISO 8601 has it: P14D.
type Days int

// After is the instant so many times 24 hours after t.
func (d Days) After(t time.Time) time.Time { return t.Add(time.Duration(d) * 24 * time.Hour) }

func (d Days) String() string { return fmt.Sprintf("P%dD", int(d)) }

func (d Days) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads P0D to P999D.
func (d *Days) UnmarshalText(b []byte) error {
	digits, ok := strings.CutPrefix(string(b), "P")
	digits, days := strings.CutSuffix(digits, "D")
	n, err := strconv.ParseUint(digits, 10, 16)
	if !ok || !days || err != nil || n > 999 {
		return fmt.Errorf("not a number of days like P14D")
	}
	*d = Days(n)
	return nil
}
