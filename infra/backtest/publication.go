package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// publication is parameters that somebody published, by name, as printed there:
// r, alpha, a, b, purchases_log_likelihood (time in weeks), p, q, gamma,
// spend_log_likelihood. Other names, as source, are for the reader.
type publication map[string]any

func readPublication(path string) (p publication, _ error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.UseNumber()
	if err := decoder.Decode(&p); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// beside is the published number, and whether the fitted one has its digits.
func (p publication) beside(name string, fitted float64) (published, verdict string) {
	number, ok := p[name].(json.Number)
	if !ok {
		return "", ""
	}
	_, decimals, _ := strings.Cut(number.String(), ".")
	if strconv.FormatFloat(fitted, 'f', len(decimals), 64) == number.String() {
		return number.String(), "equal"
	}
	return number.String(), "differs"
}
