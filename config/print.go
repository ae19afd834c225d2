package config

import (
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// Print writes the effective configuration as YAML that Read accepts, each key
// with its meaning. Passwords inside addresses are left out.
func (c *Config) Print(w io.Writer) error {
	app, err := kong.New(c)
	if err != nil {
		return fmt.Errorf("print configuration: %w", err)
	}
	group := ""
	for _, flag := range app.Model.Flags {
		if flag.Name == "help" {
			continue
		}
		g, key, nested := strings.Cut(Key(flag.Name), ".")
		indent := ""
		if nested {
			indent = "  "
			if g != group {
				fmt.Fprintf(w, "%s:\n", g)
			}
			group = g
		} else {
			key = g
		}
		text, err := yaml.MarshalWithOptions(printable(flag.Target), yaml.Flow(true))
		if err != nil {
			return fmt.Errorf("print configuration: %s: %w", flag.Name, err)
		}
		if _, err := fmt.Fprintf(w, "%s# %s\n%s%s: %s\n", indent, flag.Help, indent, key, strings.TrimSpace(string(text))); err != nil {
			return fmt.Errorf("print configuration: %w", err)
		}
	}
	return nil
}

func printable(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.String()
	case string:
		if u, err := url.Parse(x); err == nil && u.User != nil {
			u.User = url.User(u.User.Username())
			return u.String()
		}
		return x
	default:
		return x
	}
}
