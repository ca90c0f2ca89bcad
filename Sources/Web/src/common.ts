/**
 * What nearly every page needs, in one file.
 *
 * The bundler puts each set of sources that the same pages share into a file of its own; without this
 * list that makes two dozen small ones, whose heads weigh more than their bodies. It is put in front of
 * every source by the build, and nothing imports it.
 */
import "./api/account";
import "./api/api";
import "./api/problem";
import "./api/request";
import "./clock";
import "./dom/confirm";
import "./dom/copy";
import "./dom/element";
import "./dom/scrolling";
import "./map/surface";
import "./quest/hiding";
import "./router";
import "./session";
import "./shell/later";
import "./shell/notices";
import "./units";
import "./walks/counts";
import "./walks/ids";
import "./wording";
