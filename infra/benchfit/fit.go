package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// fit does what lifetimes does, from the orders on: aggregate, then fit.
func fit(path string, out io.Writer) error {
	var rows []clv.Row
	err := read(path, func(purchases []history.Purchase) {
		c, _ := clv.Look(purchases, last, currency)
		rows = append(rows, c.Row)
	})
	if err != nil {
		return err
	}
	fitted, err := clv.FitPurchases(clv.Unique(rows))
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(fitted)
}

// learn does all that the weekly fit does.
func learn(path string, out io.Writer) error {
	base := clv.NewBase()
	if err := read(path, func(purchases []history.Purchase) { base.Add(seen(purchases)) }); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(base.Learn(clv.DefaultGates()))
}

// read calls each with the purchases of one customer after the other, which are
// forgotten then.
func read(path string, each func([]history.Purchase)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	customer := -1
	var orders []history.Purchase
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		of, order, err := parse(lines.Bytes())
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if of != customer && len(orders) > 0 {
			each(dates(orders))
			orders = orders[:0]
		}
		customer = of
		orders = append(orders, order)
	}
	each(dates(orders))
	return lines.Err()
}

func parse(line []byte) (customer int, _ history.Purchase, _ error) {
	of, rest, _ := bytes.Cut(line, []byte{','})
	date, cents, _ := bytes.Cut(rest, []byte{','})
	customer, wrongCustomer := strconv.Atoi(string(of))
	day, wrongDay := strconv.Atoi(string(date))
	net, wrongNet := strconv.ParseInt(string(cents), 10, 64)
	return customer, history.Purchase{Date: crm.Date(day), Net: net, Orders: 1}, errors.Join(wrongCustomer, wrongDay, wrongNet)
}

// seen is a customer on the last date, and when the last days were still to come.
func seen(purchases []history.Purchase) (s clv.Seen) {
	s.Customer, _ = clv.Look(purchases, last, currency)
	const before = last - clv.HeldOut
	if then, known := clv.Look(purchases, before, currency); known {
		s.Held = &clv.Case{Row: then.Row, Bought: clv.Bought(purchases, before, last)}
	}
	return s
}
