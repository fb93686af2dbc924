package crm_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
)

func in(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestADateIsLocal(t *testing.T) {
	shanghai := in(t, "Asia/Shanghai")
	for _, c := range []struct{ at, want string }{
		{"2026-11-21T15:59:59Z", "2026-11-21"},
		{"2026-11-21T16:00:00Z", "2026-11-22"},
		{"1969-12-31T15:59:59Z", "1969-12-31"},
		{"2024-02-29T12:00:00+08:00", "2024-02-29"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := crm.DateIn(at, shanghai).String(); got != c.want {
			t.Errorf("DateIn(%s) = %s, want %s", c.at, got, c.want)
		}
	}
}

// The zones have clocks that jump at midnight, in both directions.
func TestMidnightIsTheFirstInstantOfItsDate(t *testing.T) {
	for _, name := range []string{"Asia/Shanghai", "UTC", "America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Atlantic/Azores", "Africa/Cairo"} {
		zone := in(t, name)
		for d := crm.Date(10000); d < 20500; d++ {
			at := d.Midnight(zone)
			if crm.DateIn(at, zone) != d || crm.DateIn(at.Add(-time.Second), zone) >= d {
				t.Fatalf("%s: midnight of %s is %s, after %s", name, d, at, at.Add(-time.Second).In(zone))
			}
			// The instant before is on the day before, and no earlier one is on the date.
			for h := 1; h <= 3; h++ {
				if crm.DateIn(at.Add(-time.Duration(h)*time.Hour), zone) >= d {
					t.Fatalf("%s: %s began before %s", name, d, at)
				}
			}
		}
	}
}

func TestDatesAsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := crm.Date(rapid.Int32Range(-700_000, 2_900_000).Draw(t, "date"))
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back crm.Date
		if err := json.Unmarshal(b, &back); err != nil || back != d {
			t.Fatalf("%d became %s became %d, %v", d, b, back, err)
		}
	})
	for _, bad := range []string{"2026-02-30", "2026-1-1", "26-01-01", "2026-01-01T00:00:00Z", "tomorrow"} {
		if d, err := crm.ParseDate(bad); err == nil {
			t.Errorf("ParseDate(%q) = %s", bad, d)
		}
	}
}
