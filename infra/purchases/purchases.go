// Package purchases reads the file of purchases that make replay and make
// backtest take: CSV with a header, one order a row (docs/replay.md).
package purchases

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Purchase is one row of the file: one order.
type Purchase struct {
	Line     int // in the file; names the order
	Customer string
	Date     Day // local
	Quantity int64
	Amount   int64 // of the whole order, in cents
}

// columns are the header's, in any order.
var columns = [...]string{"customer", "date", "quantity", "amount"}

// Read reads the whole file or says which line and column is wrong.
// Lines that begin with # are comments.
func Read(r io.Reader) ([]Purchase, error) {
	rows := csv.NewReader(r)
	rows.Comment = '#'
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the file is empty: line 1 must be %s", strings.Join(columns[:], ","))
	}
	if err != nil {
		return nil, err
	}
	var at [len(columns)]int // where each column stands
	for i, name := range columns {
		if at[i] = slices.Index(header, name); at[i] < 0 {
			return nil, fmt.Errorf("line 1: there is no column %s: the header must be %s", name, strings.Join(columns[:], ","))
		}
	}
	var all []Purchase
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err // names line and column itself
		}
		p, wrong, err := parsePurchase(row[at[0]], row[at[1]], row[at[2]], row[at[3]])
		if err != nil {
			line, column := rows.FieldPos(at[wrong])
			return nil, fmt.Errorf("line %d, column %d (%s): %w", line, column, columns[wrong], err)
		}
		p.Line, _ = rows.FieldPos(0)
		all = append(all, p)
	}
	if len(all) == 0 {
		return nil, errors.New("the file has no purchases")
	}
	return all, nil
}

// parsePurchase reads the fields of a row; with an error, wrong is the index in
// columns of the one to blame.
func parsePurchase(customer, date, quantity, amount string) (p Purchase, wrong int, err error) {
	if p.Customer = strings.TrimSpace(customer); p.Customer == "" {
		return p, 0, errors.New("is empty")
	}
	if p.Date, err = ParseDay(date); err != nil || p.Date <= 0 {
		return p, 1, fmt.Errorf("%q is not a date from 1970 on, like 1997-01-31", date)
	}
	if p.Quantity, err = strconv.ParseInt(quantity, 10, 32); err != nil || p.Quantity < 1 {
		return p, 2, fmt.Errorf("%q is not a whole number from 1 on", quantity)
	}
	if p.Amount, err = ParseCents(amount); err != nil {
		return p, 3, err
	}
	return p, 0, nil
}

// maxCents leaves room for a rate.
const maxCents = math.MaxInt64 / 1_000_000

// ParseCents reads an amount like 29.33, 29.3 or 29.
func ParseCents(s string) (int64, error) {
	bad := fmt.Errorf("%q is not an amount like 29.33", s)
	whole, fraction, dot := strings.Cut(s, ".")
	if dot && (len(fraction) < 1 || len(fraction) > 2) {
		return 0, bad
	}
	digits := whole + (fraction + "00")[:2]
	if whole == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, bad
	}
	cents, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || cents > maxCents {
		return 0, bad
	}
	return cents, nil
}

// Span is the first and the last date on which somebody bought.
func Span(all []Purchase) (first, last Day) {
	first, last = all[0].Date, all[0].Date
	for _, p := range all {
		first, last = min(first, p.Date), max(last, p.Date)
	}
	return first, last
}

// ByCustomer gives each customer's purchases.
func ByCustomer(all []Purchase) map[string][]Purchase {
	of := map[string][]Purchase{}
	for _, p := range all {
		of[p.Customer] = append(of[p.Customer], p)
	}
	return of
}
