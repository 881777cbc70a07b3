# Sourced by scripts that make an environment of its own once and keep it below the user's cache. PYTHON and UV say with
# what; uv compiles byte code as it installs, for the others it is done at the end.

# begin NAME FILE… sets `place`, whose name bears the files' digest; ends the script with the interpreter where it is there.
begin() {
	python=${PYTHON:-python3}
	version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
	place=${XDG_CACHE_HOME:-$HOME/.cache}/instructgen/$1-$version-$(cat "${@:2}" | sha256sum | cut -c1-16)
	if [ -e "$place/.installed" ]; then
		echo "$place/bin/python"
		exit
	fi
	echo "installing $1 in $place" >&2
	rm -rf "$place"
	mkdir -p "$(dirname "$place")"
	if [ -n "${UV:-}" ]; then
		"$UV" venv --quiet --python "$python" "$place"
		install=("$UV" pip install --quiet --python "$place/bin/python" --no-deps --compile-bytecode)
	else
		"$python" -m venv "$place"
		install=("$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps)
	fi
}

# finish marks the environment as whole and prints its interpreter.
finish() {
	[ -n "${UV:-}" ] || "$place/bin/python" -m compileall -q -j 0 "$place/lib" >/dev/null || true
	touch "$place/.installed"
	echo "$place/bin/python"
}
