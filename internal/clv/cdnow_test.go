package clv

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"
)

// Digits as published: Fader, Hardie, Lee (2005), table 2 (weeks); Fader,
// Hardie (2013), section 5.
func TestCDNOWPurchasesAsPublished(t *testing.T) {
	fit, err := FitPurchases(cdnowPurchases(t))
	if err != nil {
		t.Fatal(err)
	}
	if fit.Customers != 2357 || fit.Purchases != 2457 {
		t.Errorf("%d customers with %d repeats, want 2357 with 2457", fit.Customers, fit.Purchases)
	}
	weekly := InWeeks(fit)
	t.Logf("%+v", weekly)
	published(t, "r", weekly.Model.R, 0.243, 3)
	published(t, "α", weekly.Model.Alpha, 4.414, 3)
	published(t, "a", weekly.Model.A, 0.793, 3)
	published(t, "b", weekly.Model.B, 2.426, 3)
	published(t, "LL", weekly.LogLikelihood, -9582.4, 1)
}

func TestCDNOWSpendAsPublished(t *testing.T) {
	fit, err := FitSpend(cdnowSpend(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", fit)
	published(t, "p", fit.Model.P, 6.25, 2)
	published(t, "q", fit.Model.Q, 3.74, 2)
	published(t, "γ", fit.Model.Gamma, 15.44, 2)
	published(t, "LL", fit.LogLikelihood, -4055.92, 2)
}

// published compares the digits that were printed.
func published(t *testing.T, name string, got, want float64, decimals int) {
	t.Helper()
	if s := strconv.FormatFloat(got, 'f', decimals, 64); s != strconv.FormatFloat(want, 'f', decimals, 64) {
		t.Errorf("%s = %s, published %v", name, s, want)
	}
}

func cdnowPurchases(t testing.TB) (groups []Group) {
	for _, row := range numbers(t, "testdata/cdnow_purchases.csv") {
		groups = append(groups, Group{Row: Row{Frequency: row[0], Recency: row[1], Age: row[2]}, Customers: row[3]})
	}
	return groups
}

func cdnowSpend(t testing.TB) (groups []Spend) {
	for _, row := range numbers(t, "testdata/cdnow_spend.csv") {
		groups = append(groups, Spend{Frequency: row[0], Mean: float64(row[1]) / float64(row[0]) / 100, Customers: row[2]})
	}
	return groups
}

func numbers(t testing.TB, path string) (rows [][]int) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := csv.NewReader(file)
	lines.Comment = '#'
	all, err := lines.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range all[1:] { // after the header
		row := make([]int, len(line))
		for i, field := range line {
			if row[i], err = strconv.Atoi(field); err != nil {
				t.Fatal(err)
			}
		}
		rows = append(rows, row)
	}
	return rows
}
