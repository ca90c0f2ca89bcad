// Pango's own headers lie on paths that pkg-config alone knows, with flags that the package manager
// warns about. These are the parts of its interface that are used, which have stood since 1.44.
#include <cairo/cairo.h>
#include <stddef.h>
#include <stdint.h>

typedef struct _PangoContext PangoContext;
typedef struct _PangoFontDescription PangoFontDescription;
typedef struct _PangoFontMap PangoFontMap;
typedef struct _PangoLanguage PangoLanguage;
typedef struct _PangoLayout PangoLayout;

// The first members; a line is only ever lent.
typedef struct {
  PangoLayout *layout;
  int start_index;
  int length;
} PangoLayoutLine;

typedef struct {
  int x, y, width, height;
} PangoRectangle;

enum { PANGO_SCALE = 1024 };
enum { PANGO_WEIGHT_NORMAL = 400, PANGO_WEIGHT_BOLD = 700 };
enum { PANGO_WRAP_WORD_CHAR = 2 };
enum { PANGO_DIRECTION_RTL = 1 };

void g_object_unref(void *object);

PangoFontMap *pango_cairo_font_map_get_default(void);
PangoContext *pango_font_map_create_context(PangoFontMap *map);
PangoLanguage *pango_language_from_string(const char *language);
void pango_context_set_language(PangoContext *context, PangoLanguage *language);
void pango_context_set_round_glyph_positions(PangoContext *context, int are_rounded);
void pango_cairo_context_set_font_options(
    PangoContext *context, const cairo_font_options_t *options);

PangoFontDescription *pango_font_description_from_string(const char *text);
void pango_font_description_set_absolute_size(PangoFontDescription *font, double size);
void pango_font_description_set_weight(PangoFontDescription *font, int weight);
void pango_font_description_free(PangoFontDescription *font);

PangoLayout *pango_layout_new(PangoContext *context);
void pango_layout_set_font_description(PangoLayout *layout, const PangoFontDescription *font);
void pango_layout_set_single_paragraph_mode(PangoLayout *layout, int is_single);
void pango_layout_set_wrap(PangoLayout *layout, int wrap);
void pango_layout_set_width(PangoLayout *layout, int width);
void pango_layout_set_text(PangoLayout *layout, const char *text, int length);
int pango_layout_get_line_count(PangoLayout *layout);
int pango_layout_get_unknown_glyphs_count(PangoLayout *layout);
PangoLayoutLine *pango_layout_get_line_readonly(PangoLayout *layout, int line);
void pango_layout_line_get_extents(
    PangoLayoutLine *line, PangoRectangle *ink, PangoRectangle *logical);
void pango_cairo_layout_line_path(cairo_t *cairo, PangoLayoutLine *line);
void pango_cairo_show_layout_line(cairo_t *cairo, PangoLayoutLine *line);
int pango_find_base_dir(const char *text, int length);
