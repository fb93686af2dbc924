package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
)

// The settings that are put through the API, as it takes them.
type (
	storeSetting struct {
		Name    string `json:"name"`
		Manager string `json:"manager,omitempty"`
	}
	staffSetting struct {
		Name   string   `json:"name"`
		Role   string   `json:"role"`
		Stores []string `json:"stores,omitempty"`
		Active bool     `json:"active"`
	}
	connectionSetting struct {
		Platform string      `json:"platform"`
		Shop     string      `json:"shop,omitempty"`
		Secrets  []string    `json:"secrets"`
		Store    string      `json:"store,omitempty"`
		Channel  string      `json:"channel"`
		Region   string      `json:"region,omitempty"`
		Rates    []datedRate `json:"rates,omitempty"`
		Active   bool        `json:"active"`
	}
	datedRate struct {
		Currency string `json:"currency"`
		From     string `json:"from"`
		Rate     string `json:"rate"`
	}
)

// setUp makes the shop known: its store with a manager who answers for the
// warnings, and its connection with the rate of its currency.
func (r *replay) setUp(ctx context.Context, rate string) error {
	const store = "web"
	for _, s := range []struct {
		path  string
		value any
	}{
		{"/v1/stores/" + store, storeSetting{"Web shop", "manager"}},
		{"/v1/staff/manager", staffSetting{"Manager", "manager", []string{store}, true}},
		{"/v1/connections/" + r.shop.Connection, connectionSetting{
			Platform: "shopify", Shop: r.shop.Domain, Secrets: []string{r.shop.Secret},
			Store: store, Channel: "online", Region: "US",
			Rates:  []datedRate{{r.shop.Currency, r.tally.First.String(), rate}},
			Active: true,
		}},
	} {
		if err := r.system.put(ctx, s.path, s.value); err != nil {
			return err
		}
	}
	return nil
}

// shopifySecret and standardSecret are new signing secrets.
func shopifySecret() string { return hex.EncodeToString(random(32)) }

func standardSecret() string { return "whsec_" + base64.StdEncoding.EncodeToString(random(32)) }

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}
