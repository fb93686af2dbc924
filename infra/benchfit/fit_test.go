package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"guanxi/internal/clv"
)

// What is measured is the fit of the base that lifetimes gets, aggregated.
func TestBothFitTheSame(t *testing.T) {
	f := files{t.TempDir()}
	made, err := f.make(3000)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	if err := fit(f.purchases(), &said); err != nil {
		t.Fatal(err)
	}
	var fitted clv.Fit[clv.BGNBD]
	if err := json.Unmarshal(said.Bytes(), &fitted); err != nil {
		t.Fatal(err)
	}
	said.Reset()
	if err := learn(f.purchases(), &said); err != nil {
		t.Fatal(err)
	}
	var learnt clv.Learnt
	if err := json.Unmarshal(said.Bytes(), &learnt); err != nil {
		t.Fatal(err)
	}
	if fitted.Customers != 3000 || fitted.Groups != made.rows || learnt.Purchases == nil || *learnt.Purchases != fitted || learnt.Spend.Groups != made.spend {
		t.Errorf("%d orders, %d rows, %d of spend: fitted %+v, learnt %+v, %+v", made.orders, made.rows, made.spend, fitted, learnt.Purchases, learnt.Spend)
	}
	rows, err := os.ReadFile(f.rows())
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(rows), "\n"); lines != 1+made.rows {
		t.Errorf("%d lines of rows, want a header and %d", lines, made.rows)
	}
}

func TestFitsThatDiffer(t *testing.T) {
	m := shop.Visits
	if err := same(m, m); err != nil {
		t.Error(err)
	}
	other := m
	other.A *= 1.01
	if same(m, other) == nil {
		t.Error("one parameter in a hundred apart, and taken for the same")
	}
}
