package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// File is a read configuration file. It resolves kong flags and remembers on
// which line each key stands.
type File struct {
	Path   string
	values map[string]value // by key, as in "s3.endpoint"
}

type value struct {
	text string
	line int
}

// Locate says which file to read: the one named by --config or OFFSITE_CONFIG,
// else offsite.yaml in the data folder, else "" for none.
func Locate(args []string, getenv func(string) string) string {
	if path := flagValue(args, "--config"); path != "" {
		return path
	}
	if path := getenv("OFFSITE_CONFIG"); path != "" {
		return path
	}
	data := flagValue(args, "--data")
	if data == "" {
		data = getenv("OFFSITE_DATA")
	}
	if data == "" {
		data = "data"
	}
	path := filepath.Join(data, "offsite.yaml")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func flagValue(args []string, name string) string {
	for i, arg := range args {
		if rest, ok := strings.CutPrefix(arg, name+"="); ok {
			return rest
		}
		if arg == name && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// Read parses the file at path. Errors name file, line, key and remedy.
func Read(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file; make it, or leave --config away", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(path, text)
}

// Parse parses text as the configuration file called path.
func Parse(path string, text []byte) (*File, error) {
	doc, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: this is not YAML: %w", path, err)
	}
	f := &File{Path: path, values: map[string]value{}}
	for _, d := range doc.Docs {
		if d.Body == nil {
			continue
		}
		if err := f.collect("", d.Body); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *File) collect(prefix string, node ast.Node) error {
	switch n := node.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			if err := f.collect(prefix, v); err != nil {
				return err
			}
		}
		return nil
	case *ast.MappingValueNode:
		key := n.Key.GetToken().Value
		if prefix != "" {
			key = prefix + "." + key
		}
		return f.collect(key, n.Value)
	case *ast.SequenceNode:
		items := make([]string, len(n.Values))
		for i, item := range n.Values {
			items[i] = item.GetToken().Value
		}
		return f.set(prefix, strings.Join(items, ","), n.GetToken().Position.Line)
	case *ast.NullNode:
		return nil
	case ast.ScalarNode:
		return f.set(prefix, fmt.Sprint(n.GetValue()), n.GetToken().Position.Line)
	default:
		return fmt.Errorf("%s:%d: %s: expected a value, a list or a group of keys", f.Path, node.GetToken().Position.Line, prefix)
	}
}

func (f *File) set(key, text string, line int) error {
	if key == "" {
		return fmt.Errorf("%s:%d: expected \"key: value\" lines; see `offsite config` for an example", f.Path, line)
	}
	if old, ok := f.values[key]; ok {
		return fmt.Errorf("%s:%d: %s stands here for the second time (first on line %d); keep one", f.Path, line, key, old.line)
	}
	f.values[key] = value{text, line}
	return nil
}

// Variable is the environment variable of a key or flag: s3.secret_key_file is
// OFFSITE_S3_SECRET_KEY_FILE.
func Variable(key string) string {
	return "OFFSITE_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}

// Variables gives every flag of the command line its environment variable.
func Variables() kong.Option {
	return kong.PostBuild(func(k *kong.Kong) error {
		var visit func(*kong.Node)
		visit = func(n *kong.Node) {
			for _, flag := range n.Flags {
				if flag.Name != "help" {
					flag.Envs = []string{Variable(flag.Name)}
					flag.Tag.Envs = flag.Envs
				}
			}
			for _, child := range n.Children {
				visit(child)
			}
		}
		visit(k.Model.Node)
		return nil
	})
}

// Key is the YAML key of a flag.
func Key(flag string) string { return strings.ReplaceAll(flag, "-", "_") }

// Validate refuses keys that are not settings, naming the nearest one that is.
func (f *File) Validate(*kong.Application) error {
	known := settings()
	for key, v := range f.values {
		if !slices.Contains(known, key) {
			return fmt.Errorf("%s:%d: %s: there is no such setting%s", f.Path, v.line, key, nearest(key, known))
		}
	}
	return nil
}

// Resolve gives kong the value of a flag that is neither on the command line
// nor in the environment.
func (f *File) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, env := range flag.Envs {
		if os.Getenv(env) != "" {
			return nil, nil
		}
	}
	v, ok := f.values[Key(flag.Name)]
	if !ok {
		return nil, nil
	}
	return v.text, nil
}

// Line is where key stands in the file, 0 where it does not.
func (f *File) Line(key string) int {
	if f == nil {
		return 0
	}
	return f.values[key].line
}
